"""The fault harness: real roles and servers, broken on purpose, proven exact after."""
