"""Looking inside: tools for any network whose direct children are named layers."""
