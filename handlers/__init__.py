"""Conversations: one file for each thing that a person does in chat. No messaging library, no HTTP, no SQL."""
