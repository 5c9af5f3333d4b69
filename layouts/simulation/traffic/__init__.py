"""From the navigation graph to traffic: who can pass whom where, what a walk contends for, and whether it can jam."""
