"""Reminds, escalates and delivers: mails that never come twice nor after the report is in."""
