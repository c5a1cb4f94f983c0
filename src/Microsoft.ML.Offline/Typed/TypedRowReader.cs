using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>Fills objects of a class from rows of a schema.</summary>
internal sealed class TypedRowReader<TRow>
    where TRow : class
{
    private readonly List<(TypedColumn Target, DataViewSchema.Column Source)> _bindings = [];

    public TypedRowReader(IExceptionContext ectx, DataViewSchema schema, bool ignoreMissingColumns, SchemaDefinition? definition)
    {
        foreach (var target in TypedColumn.Resolve(typeof(TRow), definition, SchemaDefinition.Direction.Write))
        {
            if (schema.GetColumnOrNull(target.Name) is not { } source)
            {
                if (ignoreMissingColumns)
                    continue;
                throw ectx.ExceptSchemaMismatch("Schema", "output", target.Name);
            }

            var itemType = TypedColumn.GetItemType(target.MemberType, target.Member.Name, out bool isVector);
            if (isVector != source.Type is VectorDataViewType || source.Type.GetItemType().RawType != itemType)
            {
                throw ectx.Except(
                    $"The column '{source.Name}' of type {source.Type} does not fit the member '{target.Member.Name}' of type {target.MemberType}.");
            }

            _bindings.Add((target, source));
        }
    }

    /// <summary>The columns that objects are filled from.</summary>
    public IEnumerable<DataViewSchema.Column> Columns => _bindings.Select(binding => binding.Source);

    /// <summary>A function that fills an object from the row as it is then.</summary>
    public Action<TRow> Bind(DataViewRow row)
    {
        var setters = _bindings.Select(binding => TypedSetters<TRow>.Create(binding.Target, row, binding.Source)).ToArray();
        return target =>
        {
            foreach (var setter in setters)
                setter(target);
        };
    }
}
