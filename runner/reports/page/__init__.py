"""The report as one self-contained page: conversations, overview, comparison; it sends and reads nothing."""
