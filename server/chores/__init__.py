"""What the commands do: each chore reads files, asks the packages below and writes files."""
