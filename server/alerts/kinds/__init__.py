"""The kinds of rules, a file each: what may be written, what is remembered of one entity, when it holds."""
