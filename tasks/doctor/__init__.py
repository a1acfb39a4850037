"""Doctor: looks at everything a night needs, and says what is wrong and what to do."""
