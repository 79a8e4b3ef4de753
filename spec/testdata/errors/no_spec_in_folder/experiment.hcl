#! prompts
