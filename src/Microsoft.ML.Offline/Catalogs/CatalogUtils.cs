using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>For the extension methods of catalogs.</summary>
internal static class CatalogUtils
{
    /// <summary>The environment of a catalog.</summary>
    public static IHostEnvironment GetEnvironment(this IInternalCatalog catalog) => Contracts.CheckRef(catalog, nameof(catalog)).Environment;
}
