"""What a model wrote becomes an answer, or a reason why it is none."""
