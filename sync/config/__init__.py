"""An exposure and the contract of its model -> settings that can be trusted."""
