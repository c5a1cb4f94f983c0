[assembly: DiscoverInternals]
[assembly: DoNotParallelize]
