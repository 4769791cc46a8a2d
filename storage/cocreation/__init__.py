"""What neighbours do together: topics, votes, the council, promises, rules, rotas, calls, events, rooms, stories."""
