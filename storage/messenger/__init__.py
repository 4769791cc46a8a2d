"""What passes between the messengers and the handlers: inbox, outbox, buttons, conversations, people, leases."""
