"""The edge that all services share: who may call, how it fails, how a page looks."""
