"""The daemon's door: the queue of one home folder over HTTP, and the page that shows it."""
