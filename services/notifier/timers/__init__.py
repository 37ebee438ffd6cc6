"""When each stage of an obligation's reminders falls due."""
