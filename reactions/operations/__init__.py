"""Changes: reactions given, actions worked on, rules that close them, and reaction types."""
