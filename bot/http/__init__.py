"""The small web server: health, metrics, webhooks, the public stories page and Open311."""
