"""The simulator's checks against published figures, each with its band and source."""
