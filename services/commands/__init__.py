"""The commands of `tonghop`, a file for each of them; `services.cli` mounts them."""
