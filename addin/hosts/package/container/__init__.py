"""The zip file and its parts: opened safely, looked up, changed, and the XML inside them."""
