using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Binding;

namespace Microsoft.ML.RevRnn.Features;

/// <summary>
/// The column that features add: first as a promise before training, then as it is. Its slots have names, by which ML.NET tells what each is worth
/// (<c>PermutationFeatureImportance</c>).
/// </summary>
internal static class FeaturesSchema
{
    public static SchemaShape.Column Shape(string name) => new(
        name,
        SchemaShape.Column.VectorKind.Vector,
        NumberDataViewType.Single,
        isKey: false,
        new SchemaShape([new(AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false)]));

    public static DataViewSchema.DetachedColumn Column(string name, IReadOnlyList<string> slotNames)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddSlotNames(slotNames);
        return new(name, new VectorDataViewType(NumberDataViewType.Single, slotNames.Count), annotations.ToAnnotations());
    }
}
