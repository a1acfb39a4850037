"""The services for readers' programs, over HTTP and for assistants; `tasks/readers/` has what they answer."""
