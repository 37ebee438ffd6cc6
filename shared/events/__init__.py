"""What happened, as others read it: CloudEvents 1.0 with versioned, whole-state payloads."""
