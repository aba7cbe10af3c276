"""The hall: the only room that knows all wings; it never prints."""
