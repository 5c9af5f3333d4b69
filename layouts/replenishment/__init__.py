"""Stock policies: when to order how much, at what service and cost, and what that brings into the hall."""
