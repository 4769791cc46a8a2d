"""What is moderated: how somebody writes, what residents publish, and crowds of like cases."""
