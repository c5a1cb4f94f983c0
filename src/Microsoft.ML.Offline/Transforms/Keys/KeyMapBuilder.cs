using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Offline;

/// <summary>Gathers the values of a column.</summary>
internal abstract class KeyMapBuilder
{
    /// <summary>Whether no more values are taken.</summary>
    public abstract bool IsFull { get; }

    /// <summary>A builder for a column of a type.</summary>
    public static KeyMapBuilder Create(IExceptionContext ectx, ValueToKeyMappingEstimator.ColumnOptions options, DataViewType type)
    {
        KeyMap.CheckType(ectx, options.InputColumnName, type);
        ectx.CheckUserArg(options.MaximumNumberOfKeys > 0, nameof(options.MaximumNumberOfKeys), "There must be room for one key at least.");
        return GenericMethods.Invoke<KeyMapBuilder>(CreateCore<int>, type.GetItemType().RawType, options, type.GetItemType());
    }

    private static KeyMapBuilder CreateCore<T>(ValueToKeyMappingEstimator.ColumnOptions options, PrimitiveDataViewType type)
        where T : notnull
        => new KeyMapBuilder<T>(options, type);

    /// <summary>The column with the keys, when it has the right type.</summary>
    public abstract DataViewSchema.Column CheckKeys(IExceptionContext ectx, DataViewSchema.Column column);

    /// <summary>The builder, which from now on takes any number of values.</summary>
    public abstract KeyMapBuilder WithoutLimit();

    /// <summary>A function that takes the values of the row as it is then.</summary>
    public abstract Action Bind(DataViewRow row, DataViewSchema.Column column);

    /// <summary>The values, numbered.</summary>
    public abstract KeyMap Finish();
}
