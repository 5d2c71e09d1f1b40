"""Views: what a network is given to look at. One view a file, all on one frame grid."""
