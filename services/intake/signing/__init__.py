"""Signing: a draft is laid before the signer, who sends it or hands it back."""
