"""How an asset fares by what its sensors tell: charts that see a shift, a trend that tells when a limit is met."""
