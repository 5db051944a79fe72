"""Why passages were missed: the same retriever asked again with one thing changed."""
