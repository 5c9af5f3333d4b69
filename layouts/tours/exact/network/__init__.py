"""Any network of two-way lanes whose frontier stays narrow."""
