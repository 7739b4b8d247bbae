"""The facts a run tells, with their files and the record and measures made of them."""
