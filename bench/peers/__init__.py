"""The same page as other people build it, to be measured beside ours."""
