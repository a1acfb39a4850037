"""The archive: answers as they came, by their hashes, and receipts of what was published of them."""
