"""What integration does when it hears that something happened in a record app."""
