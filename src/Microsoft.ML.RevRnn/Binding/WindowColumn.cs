using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Binding;

/// <summary>The values of a column in the rows of a <see cref="RowWindow"/>.</summary>
internal abstract class WindowColumn
{
    /// <summary>A ValueGetter of the row that the window is at.</summary>
    public abstract Delegate Getter { get; }

    /// <summary>Whether values of a type can be kept while the cursor goes on: those that are values, texts, and vectors of them. Of others, images for one, the cursor may take them back.</summary>
    public static bool CanKeep(DataViewType type) => IsValue((type as VectorDataViewType)?.ItemType ?? type);

    public static WindowColumn Create(DataViewRow input, DataViewSchema.Column column, RowWindow window)
    {
        var vector = column.Type as VectorDataViewType;
        var kept = (vector == null ? typeof(Maker<>) : typeof(VectorMaker<>)).MakeGenericType(vector?.ItemType.RawType ?? column.Type.RawType);
        return ((IMaker)Activator.CreateInstance(kept)!).Make(input, column, window);
    }

    /// <summary>Keeps the cursor's current value.</summary>
    public abstract void Read(int row);

    private static bool IsValue(DataViewType type)
        => type is TextDataViewType or NumberDataViewType or BooleanDataViewType or KeyDataViewType or RowIdDataViewType or DateTimeDataViewType or DateTimeOffsetDataViewType or TimeSpanDataViewType;

    private interface IMaker
    {
        WindowColumn Make(DataViewRow input, DataViewSchema.Column column, RowWindow window);
    }

    private sealed class Maker<T> : IMaker
    {
        public WindowColumn Make(DataViewRow input, DataViewSchema.Column column, RowWindow window) => new WindowColumn<T>(input.GetGetter<T>(column), window);
    }

    private sealed class VectorMaker<T> : IMaker
    {
        public WindowColumn Make(DataViewRow input, DataViewSchema.Column column, RowWindow window) => new WindowVectors<T>(input.GetGetter<VBuffer<T>>(column), window);
    }
}
