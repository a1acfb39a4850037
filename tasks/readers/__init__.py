"""What readers' programs may ask, how they are answered, and how they are limited."""
