"""What the law lets a creditor charge and write: dated rows with their sources, and pure rules on them."""
