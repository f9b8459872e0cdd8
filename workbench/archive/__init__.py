"""What is remembered: objects as files, everything about them as rows."""
