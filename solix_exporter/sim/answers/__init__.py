"""What the cloud answers, one module an area; `table` says which function answers which path."""
