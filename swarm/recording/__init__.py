"""What a run tells: its facts, the files they stand in, the record made of them, what is measured of it."""
