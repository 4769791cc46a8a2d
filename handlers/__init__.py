"""Conversations: one file per thing that a person does in chat. No messaging library, no HTTP, no SQL."""
