"""What is seen in a browser: the preview of what will be sent."""
