"""What stops a joint: one file per limit, each with clinical parameters and a torque law."""
