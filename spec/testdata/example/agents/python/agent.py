"""An agent that speaks the agent protocol. The spec is only read here, so it does nothing."""
