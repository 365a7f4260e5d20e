"""Put clips before annotators in Label Studio and read back what they mark."""
