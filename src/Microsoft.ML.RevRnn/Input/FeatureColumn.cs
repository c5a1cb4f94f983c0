using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>A column of numbers that a model reads: a Single, or a vector of them of known size.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">How many numbers it has.</param>
internal sealed record FeatureColumn(string Name, int Size)
{
    public static FeatureColumn Of(DataViewSchema.Column column) => new(column.Name, column.Type is VectorDataViewType vector ? vector.Size : 1);

    /// <summary>Whether a column of this type can be read.</summary>
    public bool Accepts(DataViewType type) => type is VectorDataViewType { ItemType: NumberDataViewType item, Size: var size }
        ? item.RawType == typeof(float) && size == Size
        : type is NumberDataViewType { RawType: var single } && single == typeof(float) && Size == 1;
}
